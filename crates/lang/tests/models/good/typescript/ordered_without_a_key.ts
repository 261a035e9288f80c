import { DataModelConfig } from "@514labs/moose-lib";

export interface Reading {
  device: string;
  at: Date;
  value?: number;
}
const fields = ["device", "at"] as const;
export const ReadingConfig: DataModelConfig<Reading> = {
  storage: { enabled: true, order_by_fields: fields },
};

// By its name, and without its type.
export interface Ping {
  at: Date;
}
export const PingConfig = { storage: { order_by_fields: ["at"] } };
