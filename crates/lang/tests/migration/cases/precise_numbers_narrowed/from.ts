import type { Key } from "antler";
import type { UInt64 } from "antler-types";

export interface Reading {
  id: Key<string>;
  height: number;
  width?: number;
  seen: bigint;
  total: UInt64;
}
