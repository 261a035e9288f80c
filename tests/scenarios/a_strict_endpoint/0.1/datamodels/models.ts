import type { DataModelConfig, Key } from "antler";

export interface Event {
  id: Key<string>;
  activity: string;
}

export const EventConfig: DataModelConfig<Event> = { ingestion: { unknownFields: "refuse" } };
