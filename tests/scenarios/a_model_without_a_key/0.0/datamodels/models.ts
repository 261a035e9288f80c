import { DataModelConfig } from "@514labs/moose-lib";

export interface Reading {
  "device id": string;
  at: Date;
  value: number;
}

export const ReadingConfig: DataModelConfig<Reading> = {
  storage: { enabled: true, order_by_fields: ["device id", "at"] },
};
