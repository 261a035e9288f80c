import type { Key } from "antler";

export interface Word {
  id: Key<string>;
  text: string;
  other: string;
  n: number;
}
