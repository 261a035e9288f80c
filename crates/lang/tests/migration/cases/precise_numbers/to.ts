import type { Key } from "antler";
import type { Float32, Int16, Int32, Int8, UInt16, UInt64 } from "antler-types";

export interface Reading {
  id: Key<UInt64>;
  level: Int8;
  wider: Int32;
  text: string;
  count: bigint;
  halved: Int32;
  share: number;
  third: Float32;
  limit: Int32;
  total: UInt64;
  near: number;
  samples: Int32[];
  more: (Int16 | null)[];
  part: { size: UInt16; note: string };
  isLast?: Int8;
}
