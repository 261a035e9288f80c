// What data models may import, for editors: nothing has to be installed.

declare module "antler" {
  /** A field that the table is sorted by. Every data model has one, or says what it is ordered by. */
  export type Key<T> = T;

  /** Of Moose: the same as `T`, and in the event like any other field. */
  export type JWT<T> = T;

  /** How a JSON body holds its events. */
  export enum IngestionFormat {
    /** One object. */
    JSON = "JSON",
    /** An array of objects. */
    JSON_ARRAY = "JSON_ARRAY",
  }

  /**
   * What is said of a model beside its fields:
   *
   *     export const UserActivityConfig: DataModelConfig<UserActivity> = {
   *       ingestion: { format: IngestionFormat.JSON_ARRAY, unknownFields: "refuse" },
   *     };
   */
  export interface DataModelConfig<T> {
    ingestion?:
      | true
      | {
          /** Without it both forms are taken. NDJSON always is. */
          format?: IngestionFormat;
          /** What becomes of fields that the model does not have. Without it they are dropped. */
          unknownFields?: "drop" | "refuse";
        };
    storage?: {
      /** A model without storage needs no key. It has a table all the same. */
      enabled?: boolean;
      /** What the table is sorted by, after the keys. */
      order_by_fields?: readonly (keyof T)[];
      /** Of Moose. Antler decides by itself how a model is stored. */
      deduplicate?: boolean;
      name?: string;
    };
    /** Of Moose. */
    parallelism?: number;
  }
}

// The same under the name that Moose projects use.
declare module "@514labs/moose-lib" {
  export { IngestionFormat } from "antler";
  export type { DataModelConfig, JWT, Key } from "antler";
}
