export interface Address {
  city: string;
}

export interface Person {
  id: Key<string>;
  home: Address;
}
