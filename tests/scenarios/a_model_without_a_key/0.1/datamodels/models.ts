import { DataModelConfig } from "@514labs/moose-lib";

export interface Reading {
  value: number;
  at: Date;
  "device id": string;
  unit: "C" | "F";
}

export const ReadingConfig: DataModelConfig<Reading> = {
  storage: { enabled: true, order_by_fields: ["unit", "at"] },
};
