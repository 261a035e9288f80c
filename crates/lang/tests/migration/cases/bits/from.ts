import type { Key } from "antler";

export interface Flags {
  id: Key<string>;
  n: number;
  m: number;
  text: string;
}
