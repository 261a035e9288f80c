import { DataModelConfig } from "@514labs/moose-lib";

export interface Ping {
  note?: string;
}

export const PingConfig: DataModelConfig<Ping> = { storage: { enabled: false } };
