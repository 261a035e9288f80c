import type { Measure as Old } from "../../.antler/versions/0_0";
import type { Measure } from "../datamodels/models";

export default function migrate({ id, a, b }: Old): Measure {
  return {
    id,
    byTen: a % 10,
    isEven: Math.round(a) % 2 === 0,
    minutes: Math.floor(b / 100) * 60 + (b % 100),
    clock: Math.trunc(a) % -12,
  };
}
