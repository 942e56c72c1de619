"""Sixteen lanes as one value in compiled code, so that nothing is left to the vectoriser.

A loop over lanes is vectorised, or is not, at the compiler's will. Here a kernel says what it
means: ``load`` takes sixteen float32 that lie side by side, arithmetic works on all of them, and a
local variable that holds such a vector stays in a register. Every machine that LLVM knows runs
this; one with narrower registers splits the vector. Lanes never mix, so a lane's result does not
depend on its place.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic, models, overload, register_model

__all__ = [
    "LANES",
    "absolute",
    "columns_to_rows",
    "count_where",
    "differ",
    "fma",
    "larger",
    "load",
    "negative",
    "rows_to_columns",
    "smaller",
    "splat",
    "store",
]

LANES = 16
_ELEMENTS = {
    types.float32: ir.FloatType(),
    types.float64: ir.DoubleType(),
    types.boolean: ir.IntType(1),
}
_I32 = ir.IntType(32)
# Every "type: ignore" below: numba's decorators and base classes have no types.


class Vector(types.Type):  # type: ignore[misc]
    """Numba's type of sixteen values of one kind."""

    def __init__(self, element: Any) -> None:
        self.element = element
        super().__init__(name=f"Vector({element})")


@register_model(Vector)
class _Model(models.PrimitiveModel):  # type: ignore[misc]
    def __init__(self, manager: Any, kind: Vector) -> None:
        super().__init__(manager, kind, _vector(kind.element))


def _vector(element: Any) -> ir.VectorType:
    return ir.VectorType(_ELEMENTS[element], LANES)


def _at(context: Any, builder: Any, kind: Any, array: Any, place: Any) -> Any:
    """Point at sixteen float32 from `place` on, counted from an array's first value."""
    data = context.make_array(kind)(context, builder, array).data
    return builder.bitcast(builder.gep(data, [place]), _vector(types.float32).as_pointer())


def _loaded(builder: Any, pointer: Any) -> Any:
    value = builder.load(pointer)
    value.align = 4
    return value


def _store(builder: Any, value: Any, pointer: Any) -> None:
    builder.store(value, pointer).align = 4


@intrinsic  # type: ignore[untyped-decorator]
def load(_: Any, array: Any, place: Any, like: Any) -> Any:
    """Return sixteen float32 of an array from `place` on, as precise as the number `like`."""

    def code(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        value = _loaded(builder, _at(context, builder, signature.args[0], args[0], args[1]))
        return builder.fpext(value, _vector(like)) if like == types.float64 else value

    return Vector(like)(array, place, like), code


@intrinsic  # type: ignore[untyped-decorator]
def store(_: Any, array: Any, place: Any, vector: Any) -> Any:
    """Write a vector to an array of float32 from `place` on."""

    def code(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        value = args[2]
        if vector.element == types.float64:
            value = builder.fptrunc(value, _vector(types.float32))
        _store(builder, value, _at(context, builder, signature.args[0], args[0], args[1]))
        return context.get_dummy_value()

    return types.void(array, place, vector), code


@intrinsic  # type: ignore[untyped-decorator]
def splat(_: Any, number: Any) -> Any:
    """Return a vector of one number."""

    def code(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        del context, signature
        empty = ir.Constant(_vector(number), ir.Undefined)
        first = builder.insert_element(empty, args[0], ir.Constant(_I32, 0))
        return builder.shuffle_vector(first, empty, _order([0] * LANES))

    return Vector(number)(number), code


@intrinsic  # type: ignore[untyped-decorator]
def fma(_: Any, a: Any, b: Any, c: Any) -> Any:
    """Return ``a * b + c``, rounded once where the machine can."""

    def code(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        del context, signature
        return _called(builder, "fmuladd", a.element, args)

    return a(a, b, c), code


@intrinsic  # type: ignore[untyped-decorator]
def absolute(_: Any, a: Any) -> Any:
    """Return the size of every value."""

    def code(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        del context, signature
        return _called(builder, "fabs", a.element, args)

    return a(a), code


def _chosen(relation: str) -> Callable[..., Any]:
    """Return code that takes the second of two values where the relation holds, else the first."""

    def code(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        del context, signature
        return builder.select(builder.fcmp_ordered(relation, *reversed(args)), *reversed(args))

    return code


@intrinsic  # type: ignore[untyped-decorator]
def larger(_: Any, a: Any, b: Any) -> Any:
    """Return `b` where it is larger than `a`, else `a`."""
    return a(a, b), _chosen(">")


@intrinsic  # type: ignore[untyped-decorator]
def smaller(_: Any, a: Any, b: Any) -> Any:
    """Return `b` where it is smaller than `a`, else `a`."""
    return a(a, b), _chosen("<")


@intrinsic  # type: ignore[untyped-decorator]
def negative(_: Any, a: Any) -> Any:
    """Tell which values are below 0."""

    def code(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        del context, signature
        return builder.fcmp_ordered("<", args[0], ir.Constant(_vector(a.element), None))

    return Vector(types.boolean)(a), code


@intrinsic  # type: ignore[untyped-decorator]
def differ(_: Any, a: Any, b: Any) -> Any:
    """Tell where two vectors of truth values differ."""

    def code(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        del context, signature
        return builder.xor(*args)

    return a(a, b), code


@intrinsic  # type: ignore[untyped-decorator]
def count_where(_: Any, count: Any, where: Any) -> Any:
    """Return `count` plus one where it is told to."""

    def code(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        del context, signature
        one = ir.Constant(_vector(count.element), [1.0] * LANES)
        return builder.select(args[1], builder.fadd(args[0], one), args[0])

    return count(count, where), code


@intrinsic  # type: ignore[untyped-decorator]
def rows_to_columns(_: Any, x: Any, firsts: Any, shift: Any, tile: Any, place: Any) -> Any:
    """Copy sixteen values from each of sixteen places of `x` into the columns of a tile.

    The places are ``firsts + shift``; the tile's rows lie one after another from `place` on.
    """

    def code(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        starts = _starts(context, builder, firsts, args[1], args[2])
        rows = [_loaded(builder, _at(context, builder, x, args[0], start)) for start in starts]
        for k, row in enumerate(_transposed(builder, rows)):
            to = builder.add(args[4], ir.Constant(args[4].type, LANES * k))
            _store(builder, row, _at(context, builder, tile, args[3], to))
        del signature
        return context.get_dummy_value()

    return types.void(x, firsts, shift, tile, place), code


@intrinsic  # type: ignore[untyped-decorator]
def columns_to_rows(_: Any, tile: Any, place: Any, x: Any, firsts: Any, shift: Any) -> Any:
    """Undo :func:`rows_to_columns`."""

    def code(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        rows = []
        for k in range(LANES):
            source = builder.add(args[1], ir.Constant(args[1].type, LANES * k))
            rows.append(_loaded(builder, _at(context, builder, tile, args[0], source)))
        starts = _starts(context, builder, firsts, args[3], args[4])
        for row, start in zip(_transposed(builder, rows), starts, strict=True):
            _store(builder, row, _at(context, builder, x, args[2], start))
        del signature
        return context.get_dummy_value()

    return types.void(tile, place, x, firsts, shift), code


def _starts(context: Any, builder: Any, kind: Any, firsts: Any, shift: Any) -> list[Any]:
    """Return each of the sixteen numbers in `firsts` plus `shift`."""
    data = context.make_array(kind)(context, builder, firsts).data
    places = (builder.gep(data, [ir.Constant(_I32, k)]) for k in range(LANES))
    return [builder.add(builder.load(place), shift) for place in places]


def _transposed(builder: Any, rows: list[Any]) -> list[Any]:
    """Transpose 16 x 16 values in four rounds; each swaps halves, quarters, ... of two rows."""
    for step in (1, 2, 4, 8):
        low = [k if not k & step else LANES + k - step for k in range(LANES)]
        high = [k + step if not k & step else LANES + k for k in range(LANES)]
        turned = list(rows)
        for k in range(LANES):
            if not k & step:
                turned[k] = builder.shuffle_vector(rows[k], rows[k + step], _order(low))
                turned[k + step] = builder.shuffle_vector(rows[k], rows[k + step], _order(high))
        rows = turned
    return rows


def _order(places: list[int]) -> ir.Constant:
    return ir.Constant(ir.VectorType(_I32, LANES), places)


def _called(builder: Any, name: str, element: Any, args: Any) -> Any:
    """Call one of LLVM's own functions on vectors."""
    kind = _vector(element)
    full = f"llvm.{name}.v{LANES}{'f32' if element == types.float32 else 'f64'}"
    signature = ir.FunctionType(kind, [kind] * len(args))
    return builder.call(cgutils.get_or_insert_function(builder.module, signature, full), args)


def _arithmetic(instruction: str) -> Callable[..., Any]:
    """Return what numba is to do where two vectors are added, subtracted or multiplied."""

    @intrinsic  # type: ignore[untyped-decorator]
    def both(_: Any, a: Any, b: Any) -> Any:
        def code(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            del context, signature
            return getattr(builder, instruction)(*args)

        return a(a, b), code

    def chosen(a: Any, b: Any) -> Any:
        def compiled(a: Any, b: Any) -> Any:
            return both(a, b)

        return compiled if isinstance(a, Vector) and a == b else None

    return chosen


for _sign, _instruction in (
    (operator.add, "fadd"),
    (operator.sub, "fsub"),
    (operator.mul, "fmul"),
):
    overload(_sign)(_arithmetic(_instruction))


@intrinsic  # type: ignore[untyped-decorator]
def _minus(_: Any, a: Any) -> Any:
    def code(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        del context, signature
        return builder.fneg(args[0])

    return a(a), code


@overload(operator.neg)  # type: ignore[untyped-decorator]
def _negated(a: Any) -> Any:
    def compiled(a: Any) -> Any:
        return _minus(a)

    return compiled if isinstance(a, Vector) else None
