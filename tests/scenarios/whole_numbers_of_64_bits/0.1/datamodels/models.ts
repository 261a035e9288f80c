import type { Key } from "antler";

export interface Tally {
  id: Key<string>;
  count: bigint;
  next: bigint;
}
