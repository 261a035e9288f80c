import type { Key } from "antler";

export interface Series {
  id: Key<string>;
  tags: string[];
  values: number[];
  maybe: (number | null)[];
  kinds: ("a" | "b" | "c")[];
  days: Date[];
  ids: bigint[];
  flags: boolean[];
  text: string;
  number: number;
}
