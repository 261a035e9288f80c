import type { Reading as Old } from "../../.antler/versions/0_0";
import type { Reading } from "../datamodels/models";

export default function migrate(reading: Old): Reading {
  return {
    id: reading.id,
    height: reading.seen < 0n ? reading.height : 0,
    width: reading.width,
    seen: reading.seen,
    total: reading.total,
  };
}
