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

// By what has parts, all of which are always there.
export interface Logs {
  lines: { text: string; tags: string[] }[];
  place: { x: number };
}
export const LogsConfig = { storage: { order_by_fields: ["lines", "place"] } };
