-- CreateTable
CREATE TABLE "kpi_span" (
    "resolution_ms" INTEGER NOT NULL,
    "scope" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "start" TIMESTAMPTZ(3) NOT NULL,
    "span" JSONB NOT NULL,

    CONSTRAINT "kpi_span_pkey" PRIMARY KEY ("resolution_ms","scope","start")
);

-- CreateIndex
CREATE INDEX "kpi_span_resolution_ms_kind_start_idx" ON "kpi_span"("resolution_ms", "kind", "start");
