import type { Counter as Old } from "../../.antler/versions/0_0";
import type { Counter } from "../datamodels/models";

export default function migrate(counter: Old): Counter {
  const n = BigInt(counter.n);
  return { ...counter, n, negated: -n };
}
