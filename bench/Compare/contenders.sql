-- What a shop without this design has: a row for every item, and orders in three tables. Rows of stock are locked last, and always in
-- the same order, the hot one (1) at the very end: as favourable as it gets.
CREATE TABLE stock (sku int PRIMARY KEY, qty int NOT NULL) WITH (fillfactor = 50);
INSERT INTO stock SELECT n, 1000000000 FROM generate_series(1, 1000) n;

CREATE TABLE orders (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, state text NOT NULL, total bigint NOT NULL, placed_at timestamptz NOT NULL DEFAULT now());
CREATE TABLE order_lines (
    order_id bigint NOT NULL, line int NOT NULL, sku int NOT NULL, qty int NOT NULL, price bigint NOT NULL, PRIMARY KEY (order_id, line));
CREATE TABLE payments (order_id bigint PRIMARY KEY, amount bigint NOT NULL, paid_at timestamptz NOT NULL DEFAULT now());

CREATE FUNCTION take(item int, pieces int) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    UPDATE stock SET qty = qty - pieces WHERE sku = item AND qty >= pieces;
    IF NOT FOUND THEN RAISE EXCEPTION 'sold out'; END IF;
END $$;

CREATE FUNCTION place_order(a int, b int) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE placed bigint;
BEGIN
    INSERT INTO orders (state, total) VALUES ('CONFIRMED', 597) RETURNING id INTO placed;
    INSERT INTO order_lines VALUES (placed, 1, a, 1, 199), (placed, 2, b, 2, 199);
    INSERT INTO payments VALUES (placed, 597);
    PERFORM take(greatest(a, b), 1);
    PERFORM take(least(a, b), 1);
    RETURN placed;
END $$;

CREATE FUNCTION create_order(a int, b int) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE placed bigint;
BEGIN
    INSERT INTO orders (state, total) VALUES ('CREATED', 597) RETURNING id INTO placed;
    INSERT INTO order_lines VALUES (placed, 1, a, 1, 199), (placed, 2, b, 2, 199);
    RETURN placed;
END $$;

CREATE FUNCTION reserve_order(placed bigint, a int, b int) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    UPDATE orders SET state = 'STOCK_RESERVED' WHERE id = placed;
    PERFORM take(greatest(a, b), 1);
    PERFORM take(least(a, b), 1);
END $$;

CREATE FUNCTION pay_order(placed bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO payments VALUES (placed, 597);
    UPDATE orders SET state = 'PAYMENT_SUCCESS' WHERE id = placed;
END $$;

CREATE FUNCTION confirm_order(placed bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    UPDATE orders SET state = 'CONFIRMED' WHERE id = placed;
END $$;
