// Members without a value go on from the one before them.
enum Stage {
  Planned,
  Boarding,
  Diverted = -10,
  Landed = 300,
  Parked,
}

export interface Flight {
  id: Key<string>;
  stage: Stage;
}
