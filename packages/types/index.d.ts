// How the database holds a value, where `number`, `bigint` and `string` leave that open. Antler knows these types
// by their names. To TypeScript each is what it is made of, so plain values may be assigned to it.

/** Marks a type with the name of a type of column. It is there for the compiler and for Antler only. */
export type AntlerColumn<Name extends string> = { readonly __antlerColumn?: Name };

/** A field of the sorting key. */
export type Key<T> = T;

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
