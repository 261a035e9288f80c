import type { Float32, Int16, Int32, Int64, Int8, UInt16, UInt32, UInt64, UInt8 } from "antler-types";
import type { ClickHouseInt } from "@514labs/moose-lib";

export interface Reading {
  id: Key<UInt64>;
  level: Int8;
  offset: Int16;
  delta: Int32;
  /** The same as `bigint`. */
  count: Int64;
  size: UInt8;
  port: UInt16;
  address?: UInt32;
  share: Float32 | null;
  samples: (Int16 | null)[];
  part: { size: UInt8; shares?: Float32[] };
  named: number & ClickHouseInt<"uint16">;
}
