class Address {
  city = "";
}
export interface Person {
  id: Key<string>;
  home: Address;
}
