import type { Counter as Old } from "../../.antler/versions/0_0";
import type { Counter } from "../datamodels/models";

export default function migrate(counter: Old): Counter {
  return {
    id: counter.id,
    sum: counter.a + counter.b * 2n - 1n,
    less: counter.a < counter.b,
    text: `#${counter.a}`,
    number: Number(counter.a),
    limit: counter.limit ?? 100n,
    isZero: !counter.b,
  };
}
