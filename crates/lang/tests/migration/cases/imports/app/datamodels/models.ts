import { Key, IngestionFormat, DataModelConfig } from "@514labs/moose-lib";

export enum Level {
  Free,
  Pro,
  Other,
}

export enum Kind {
  Person = "person",
  Company = "company",
}

export interface Account {
  id: Key<string>;
  kind: Kind;
}

// Of this file only the enums are needed; the rest would not be known here.
export const AccountConfig: DataModelConfig<Account> = { ingestion: { format: IngestionFormat.JSON } };
