// What data models may import, for editors: nothing has to be installed.

declare module "antler" {
  /** A field that the table is sorted by. Every data model has one, or says what it is ordered by. */
  export type Key<T> = T;

  /** Of Moose: the same as `T`, and in the event like any other field. */
  export type JWT<T> = T;

  // How the database holds a value, where `number`, `bigint` and `string` leave that open.
  type AntlerColumn<Name extends string> = { readonly __antlerColumn?: Name };

  /** A whole number from -128 to 127. */
  export type Int8 = number & AntlerColumn<"Int8">;
  /** A whole number from -32768 to 32767. */
  export type Int16 = number & AntlerColumn<"Int16">;
  /** A whole number from -2147483648 to 2147483647. */
  export type Int32 = number & AntlerColumn<"Int32">;
  /** A whole number of 64 bits with a sign: the same as `bigint`. */
  export type Int64 = bigint & AntlerColumn<"Int64">;
  /** A whole number from 0 to 255. */
  export type UInt8 = number & AntlerColumn<"UInt8">;
  /** A whole number from 0 to 65535. */
  export type UInt16 = number & AntlerColumn<"UInt16">;
  /** A whole number from 0 to 4294967295. */
  export type UInt32 = number & AntlerColumn<"UInt32">;
  /** A whole number of 64 bits without a sign. */
  export type UInt64 = bigint & AntlerColumn<"UInt64">;
  /** The nearest single to a number. */
  export type Float32 = number & AntlerColumn<"Float32">;
  /** A double: the same as `number`. */
  export type Float64 = number & AntlerColumn<"Float64">;

  /** A UUID: `61f0c404-5cb3-11e7-907b-a6006ad3dba0`. */
  export type UUID = string & AntlerColumn<"UUID">;
  /** A day of the calendar, without a time: `2026-01-31`. */
  export type CalendarDate = string & AntlerColumn<"Date32">;
  /** A decimal number, of so many digits, so many of them behind the point. A string keeps all of them. */
  export type Decimal<Precision extends number, Scale extends number> =
    string & AntlerColumn<`Decimal(${Precision}, ${Scale})`>;
  /** A text, in a column that has few different ones. */
  export type LowCardinality = string & AntlerColumn<"LowCardinality(String)">;

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
  export type { Int8, Int16, Int32, Int64, UInt8, UInt16, UInt32, UInt64, Float32, Float64 } from "antler";
  export type { UUID, CalendarDate, Decimal, LowCardinality } from "antler";
}
