// Used by another model, and a model itself because it has an order.
export interface Place {
  city: string;
}
export const PlaceConfig: DataModelConfig<Place> = { storage: { order_by_fields: ["city"] } };
export interface Trip {
  id: Key<string>;
  from: Place;
}
