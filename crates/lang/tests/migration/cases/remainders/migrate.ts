import type { Measure as Old } from "../../.antler/versions/0_0";
import type { Measure } from "../datamodels/models";

export default (m: Old): Measure => ({ id: m.id, remainder: m.a % m.b });
