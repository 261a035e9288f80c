import type { Key } from "antler";
import type { Float32, Int16, UInt64 } from "antler-types";

export interface Reading {
  id: Key<string>;
  height: Int16;
  width?: Float32;
  seen: UInt64;
  total: bigint;
}
