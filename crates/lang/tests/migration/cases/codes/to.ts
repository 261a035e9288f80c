import type { Key } from "antler";

export interface Word {
  id: Key<string>;
  first: number;
  code: number;
  point: number | null;
  letter: string;
  last: number;
  extension: string;
  characters: string[];
  vowels: number;
}
