export default function migrate(event: any) {
  return event.kind === "buy" ? { id: event.id } : null;
}
