import type { Key } from "antler";

export interface Counter {
  id: Key<bigint>;
  a: bigint;
  b: bigint;
  n: number;
  limit?: bigint;
}
