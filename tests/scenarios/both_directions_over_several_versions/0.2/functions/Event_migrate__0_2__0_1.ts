export default function migrate(event: any) {
  const { kind, ...rest } = event;
  return { ...rest, activity: kind };
}
