#include "model.h"

#include <string.h>

unsigned char *model_byte(struct model *model, uint64_t offset)
{
    unsigned char *bytes = model->access == MW_ACCESS_COPY ? model->copy : model->file;

    return &bytes[model->offset + offset];
}

uint64_t model_page(const struct model *model, uint64_t offset)
{
    return (model->offset % MODEL_PAGE + offset) / MODEL_PAGE;
}

int model_range(const struct model *model, uint64_t offset, uint64_t n)
{
    if (offset + n < offset)
        return MW_E_OVERFLOW;
    return offset + n > model->length ? MW_E_RANGE : MW_OK;
}

static int rights(const struct model *model, uint64_t offset, uint64_t n, uint32_t prot)
{
    uint32_t common = MW_PROT_READ | MW_PROT_WRITE;

    if (n == 0)
        return MW_OK;
    for (uint64_t page = model_page(model, offset); page <= model_page(model, offset + n - 1); page++)
        common &= model->prot[page];
    if ((prot & ~common) == 0)
        return MW_OK;
    return prot == MW_PROT_WRITE && (common & MW_PROT_READ) ? MW_E_RDONLY : MW_E_ACCESS;
}

int model_access(uint64_t *supplied, const struct model *model, uint64_t offset, uint64_t n, uint32_t prot)
{
    const uint64_t backed = (model->file_size + MODEL_PAGE - 1) / MODEL_PAGE * MODEL_PAGE;
    const uint64_t start = model->offset + offset;
    int code = model_range(model, offset, n);

    if (code == MW_OK)
        code = rights(model, offset, n, prot);
    *supplied = code != MW_OK || start >= backed ? 0 : backed - start < n ? backed - start : n;
    return code == MW_OK && *supplied < n ? MW_E_FAULT : code;
}

void model_protect_all(struct model *model, uint8_t prot)
{
    memset(model->prot, prot, sizeof model->prot);
}

void model_resize_file(struct model *model, uint64_t size)
{
    if (size < model->file_size)
        memset(model->file + size, 0, (size_t)(model->file_size - size));
    model->file_size = size;
}
