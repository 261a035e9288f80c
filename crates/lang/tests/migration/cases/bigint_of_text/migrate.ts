import type { Counter as Old } from "../../.antler/versions/0_0";
import type { Counter } from "../datamodels/models";

export default (counter: Old): Counter => ({ id: counter.id, count: BigInt(counter.digits) });
