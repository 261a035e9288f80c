type AntlerColumn<Name extends string> = { readonly __antlerColumn?: Name };

// Declared here, and known by what they are made of.
export type Percent = number & AntlerColumn<"UInt8">;
export type Int32 = number & AntlerColumn<"Int32">;
// One's own type of that name stays what it is.
type UInt8 = number;

export interface Reading {
  id: Key<Int32>;
  percent: Percent;
  plain: UInt8;
}
