import { DataModelConfig } from "@514labs/moose-lib";

export interface Reading {
  value: number;
  at: Date;
  "device id": string;
}

export const ReadingConfig: DataModelConfig<Reading> = {
  storage: { enabled: true, order_by_fields: ["at"] },
};
