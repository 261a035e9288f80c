import type { Reading as Old } from "../../.antler/versions/0_0";
import type { Reading } from "../datamodels/models";

export default function migrate(reading: Old): Reading {
  return {
    id: reading.id,
    level: reading.level,
    wider: reading.level,
    text: `${reading.level} of ${reading.total}, ${reading.share}`,
    count: BigInt(reading.count),
    halved: Math.trunc(reading.delta / 2),
    share: reading.share,
    third: reading.share / 3,
    limit: reading.limit ?? 0,
    total: reading.total,
    near: Number(reading.total),
    samples: reading.samples,
    more: reading.samples.map((sample) => sample + 1),
    part: reading.part,
    isLast: reading.total === 42n ? 1 : reading.count > 0 ? reading.level : 0,
  };
}
