import type { Key } from "antler";
import type { Float32, Int16, Int32, Int8, UInt32, UInt64, UInt8 } from "antler-types";

export interface Reading {
  id: Key<UInt64>;
  level: Int8;
  count: UInt32;
  delta: Int32;
  share: Float32;
  limit?: Int16;
  total: UInt64;
  samples: Int16[];
  part: { size: UInt8; note: string };
}
