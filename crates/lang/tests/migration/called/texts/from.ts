import type { Key } from "antler";

export interface Note {
  id: Key<string>;
  text: string;
  words: string[];
  other: string | null;
}
