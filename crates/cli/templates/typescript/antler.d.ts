// What data models may import, for editors: nothing has to be installed.

declare module "antler" {
  /** A field that the table is sorted by. Every data model has at least one. */
  export type Key<T> = T;

  /** How a JSON body holds its events. */
  export enum IngestionFormat {
    /** One object. */
    JSON = "JSON",
    /** An array of objects. */
    JSON_ARRAY = "JSON_ARRAY",
  }

  /**
   * What the endpoint of a model promises, written beside the model:
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
    /** Of Moose. Antler decides by itself how a model is stored. */
    storage?: {
      enabled?: boolean;
      order_by_fields?: (keyof T)[];
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
  export type { DataModelConfig, Key } from "antler";
}
