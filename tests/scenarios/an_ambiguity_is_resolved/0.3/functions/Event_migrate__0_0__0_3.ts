export default function migrate(event: any) {
  return { id: event.id, kind: "directly", loud: true };
}
