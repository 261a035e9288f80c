import type { Key } from "antler";

export interface Note {
  id: Key<string>;
  masked: string;
  slug: string;
  sorted: string[];
  longest: string | null;
  counts: string;
  isEmail: boolean;
  units: number[];
  padded: string;
}
