// Compiles only if the generated types say what a client relies on: money and quantities are numbers, ids are strings.
import type { components, operations, paths } from "./api";

type Schemas = components["schemas"];
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends (<T>() => T extends B ? 1 : 2) ? true : false;
const sure = <T extends true>(..._: T[]): void => undefined;

sure<Same<Schemas["Money"]["amount"], number>>();
sure<Same<Schemas["Money"]["currency"], string>>();
sure<Same<Schemas["OrderLineRequest"]["quantity"], number>>();
sure<Same<Schemas["OrderLineView"]["quantity"], number>>();
sure<Same<Schemas["StockView"]["available"], number>>();
sure<Same<Schemas["StockView"]["onHand"], number>>();
sure<Same<Schemas["LedgerEntry"]["delta"], number>>();
sure<Same<Schemas["ProductView"]["version"], number>>();
sure<Same<Schemas["FoundProduct"]["available"], number | null>>();
sure<Same<Schemas["OrderView"]["settled"], boolean>>();
sure<Same<Schemas["Problem"]["code"], string>>();

const total = (order: Schemas["OrderView"]): number => order.total.gross.amount;
const sum = (order: Schemas["OrderView"]): number => order.lines.reduce((pieces, line) => pieces + line.quantity, 0);

const query: NonNullable<operations["searchProducts"]["parameters"]["query"]> = { q: "espresso", active: true, store: "demo", limit: 10 };
const key: operations["placeOrder"]["parameters"]["header"] = { "Idempotency-Key": "8e03978e" };
type Placed = paths["/api/v1/orders"]["post"]["responses"][201]["content"]["application/json"];
sure<Same<Placed, Schemas["OrderView"]>>();

export { key, query, sum, total };
