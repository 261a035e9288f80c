import { DataModelConfig } from "@514labs/moose-lib";

export interface Reading {
  at: Date;
  place: "a" | "b";
  id: Key<string>;
}
export const ReadingConfig: DataModelConfig<Reading> = {
  storage: { order_by_fields: ["place", "id", "at"], deduplicate: true },
};
