export interface A {
  at: Date;
}
export const AConfig: DataModelConfig<A> = { storage: { order_by_fields: fieldsOf("A") } };

export interface B {
  at: Date;
}
export const BConfig: DataModelConfig<B> = { storage: { order_by_fields: ["at", name] } };

export interface C {
  id: Key<string>;
}
export const CConfig: DataModelConfig<C> = { storage: makeStorage() };

export interface D {
  id: Key<string>;
}
export const DConfig: DataModelConfig<D> = { storage: { ...shared } };

export interface E {
  at: Date;
}
export const EConfig: DataModelConfig<E> = { storage: { enabled: true } };
