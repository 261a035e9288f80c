import type { Key } from "antler";

export interface Counter {
  id: Key<bigint>;
  sum: bigint;
  less: boolean;
  text: string;
  number: number;
  limit: bigint;
  isZero: boolean;
}
