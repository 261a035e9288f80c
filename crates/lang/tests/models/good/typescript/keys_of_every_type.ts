enum Kind {
  A = "a",
  B = "b",
}
export interface ByText { k: Key<string> }
export interface ByNumber { k: Key<number> }
export interface ByInteger { k: Key<bigint> }
export interface ByDate { k: Key<Date> }
export interface ByBoolean { k: Key<boolean> }
export interface ByEnum { k: Key<Kind> }
export interface ByCode { k: Key<1 | 2> }
