import { defaults, ORDER, shared } from "../lib/defaults";
import { DataModelConfig } from "@514labs/moose-lib";

export interface Reading { device: string; at: Date }
export const ReadingConfig: DataModelConfig<Reading> = { ...shared, storage: defaults };

export interface Other { at: Date; device: string }
export const OtherConfig: DataModelConfig<Other> = { storage: { order_by_fields: ORDER } };
