type UserId = string & { readonly __brand: unique symbol };
type Brand<T, B> = T & { __brand: B };
type Cents = Brand<number, "Cents">;

export interface Order {
  id: Key<UserId>;
  total: Cents;
  by: UserId | null;
}
