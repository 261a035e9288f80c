export default function migrate(event: any) {
  return { id: event.id, payload: { kind: event.payload.kind } };
}
