import { DataModelConfig, Key } from "@514labs/moose-lib";

export interface Click {
  id: Key<string>;
  host: string | null;
  agent: string;
  time: number;
}

export const ClickConfig: DataModelConfig<Click> = { storage: { enabled: false } };

export interface Visit {
  id: Key<string>;
  host: string;
  at: Date;
}
